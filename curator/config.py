"""Settings: name, default, one sentence. Read from the command line, then `COMMONSCREEN_…`, then these defaults."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from content.media.profiles import known_profile


class Settings(BaseSettings):
    """Everything an operator may turn. Sizes are bytes, times say their unit."""

    model_config = SettingsConfigDict(env_prefix="COMMONSCREEN_", frozen=True)

    data: Path = Field(
        Path("commonscreen-data"), description="The folder that holds everything: database, files, keys."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on; 0 takes any free one.")
    public_url: str = Field(default="", description="The address people type, when it is not http://host:port.")
    name: str = Field(default="Commonscreen", description="What this network is called on its pages.")
    contact: str = Field(
        default="", description="Where people complain or ask: an e-mail address, a web address or a telephone number."
    )
    language: str = Field(default="en", description="The language of pages for people who have not chosen one.")
    zone: str = Field(default="Europe/London", description="The time zone offered for new screens.")
    trusted_proxies: int = Field(default=0, ge=0, le=4, description="How many proxies of ours stand in front.")

    largest_upload_bytes: int = Field(default=2 << 30, description="The largest file one upload may bring.")
    upload_chunk_bytes: int = Field(default=64 << 20, description="The most one request of an upload may carry.")
    upload_life_hours: int = Field(default=48, description="How long an unfinished upload waits to be resumed.")
    group_quota_bytes: int = Field(default=20 << 30, description="How much a new group may store.")
    spare_disk_bytes: int = Field(
        default=512 << 20, description="Uploads are refused when less than this would stay free."
    )
    keep_days: int = Field(
        default=30, ge=1, description="How long files of what was withdrawn, refused, rejected or replaced are kept."
    )
    form_bytes: int = Field(default=256 << 10, description="The largest form a page may send.")

    preparation_processes: int = Field(
        default=1, ge=0, le=16, description="How many uploads are prepared at the same time."
    )
    preparation_attempts: int = Field(default=3, description="How often a preparation that died is tried.")
    lease_seconds: int = Field(default=30, description="After this long without a sign of life a job is taken over.")
    still_ms: int = Field(default=10_000, description="How long a picture stays on a screen when nobody says.")
    profile: Annotated[str, AfterValidator(known_profile)] = Field(
        default="house",
        description="What uploads are made into, for all screens: a name that `commonscreen content profiles` lists.",
    )

    session_hours: int = Field(default=12, description="How long a sign-in lasts without use.")
    sign_in_tries: int = Field(
        default=8, description="Wrong passwords in ten minutes before an address or account must wait."
    )
    api_calls_a_minute: int = Field(
        default=600, ge=1, le=100_000, description="How often a person's programs, or a stranger, may call the API."
    )
    identity_providers: Path | None = Field(
        default=None, description="A file that names the identity providers people may sign in with."
    )
    mail_host: str = Field(
        default="", description="The mail server that takes our mails; without one they are laid into the folder mail/."
    )
    mail_port: int = Field(default=587, ge=1, le=65535, description="The port of the mail server.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the way to it is encrypted: starttls, tls, or none (then nobody is signed in there).",
    )
    mail_user: str = Field(default="", description="Whom to sign in as at the mail server; nobody when empty.")
    mail_password: SecretStr = Field(default=SecretStr(""), description="The password there.")
    mail_password_file: Path | None = Field(
        default=None, description="A file that holds the password, rather than the environment."
    )
    mail_sender: str = Field(
        default="", description="The address mails come from, when it is not the mail server's user."
    )

    decision_links: bool = Field(
        default=True,
        description="Whether mails to moderators hold links that decide about an item without signing in.",
    )
    webhooks_over_http: bool = Field(
        default=False, description="Whether webhooks may be at addresses without encryption (http)."
    )
    webhooks_to_private_networks: bool = Field(
        default=False, description="Whether the council's webhooks may be at addresses in private networks."
    )

    pairing_minutes: int = Field(default=15, description="How long a pairing code is good.")

    plan_days: int = Field(default=9, ge=1, le=28, description="How far ahead programmes are laid out.")
    running_list_hours: int = Field(
        default=48, description="How many hours of explicit running list a manifest carries."
    )
    change_lead_seconds: int = Field(default=15, description="How far ahead of now a change of programme takes effect.")
    freeze_minutes: int = Field(
        default=15, ge=0, le=1440,
        description="How long the programme ahead of now is promised; a change waits until then. A screen may differ.",
    )  # fmt: skip
    programmes_published: bool = Field(
        default=True, description="Whether this process lays out programmes and publishes them to screens."
    )
    folders_watched: bool = Field(
        default=True, description="Whether files dropped into groups' inbox folders are taken in."
    )
    settle_seconds: float = Field(
        default=2.0, description="How long a dropped file must stay unchanged before it is taken."
    )

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "commonscreen.db"

    @property
    def files(self) -> Path:
        """The content-addressed store of what was prepared."""
        return self.data / "files"

    @property
    def originals(self) -> Path:
        """Uploads as they came; never served."""
        return self.data / "originals"

    @property
    def incoming(self) -> Path:
        """Unfinished uploads and preparations in progress; never served."""
        return self.data / "incoming"

    @property
    def inboxes(self) -> Path:
        """One folder per group: what is dropped there is uploaded as that group."""
        return self.data / "inbox"

    @property
    def keys(self) -> Path:
        """Signing keys, mode 0700."""
        return self.data / "keys"

    @property
    def mail(self) -> Path:
        """Mails, as files, while no mail server is set; mode 0700."""
        return self.data / "mail"

    @property
    def site(self) -> str:
        """What addresses on this service begin with, for links that leave it."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def password_for_mail(self) -> str:
        """The mail server's password. Raises OSError when its file cannot be read."""
        if self.mail_password_file is not None:
            return self.mail_password_file.read_text().strip()
        return self.mail_password.get_secret_value()

    def make_folders(self) -> None:
        """Makes the data folder and what belongs in it; keys and uploads are for the owner alone."""
        self.data.mkdir(parents=True, exist_ok=True)
        for folder in (self.files, self.inboxes):
            folder.mkdir(exist_ok=True)
        for folder in (self.originals, self.incoming, self.keys, self.mail):
            folder.mkdir(exist_ok=True, mode=0o700)
