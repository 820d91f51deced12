"""What tests about mail share: the folder mails are laid into, and a mail server that speaks SMTP on loopback."""

import asyncio
import base64
import datetime as dt
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.curator.conftest import Town


def read(body: bytes) -> EmailMessage:
    made = BytesParser(policy=SMTP).parsebytes(body)
    assert isinstance(made, EmailMessage)
    return made


def laid(town: Town) -> list[EmailMessage]:
    """The mails in the folder, oldest first."""
    files = town.service.settings.mail.glob("*.eml")
    return [read(path.read_bytes()) for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


async def mail_to(town: Town, address: str, count: int = 1) -> EmailMessage:
    """The newest mail to an address, once `count` of them have come."""
    async with asyncio.timeout(10):
        while True:
            found = [mail for mail in await asyncio.to_thread(laid, town) if mail["To"] == address]
            if len(found) >= count:
                return found[-1]
            await asyncio.sleep(0.02)


def link_in(mail: EmailMessage, path: str) -> str:
    """The link in a mail that leads to `path`, without the site."""
    found = re.search(rf"http\S+?({re.escape(path)}\S*)", mail.get_content())
    assert found is not None, mail.get_content()
    return found[1]


@dataclass
class Script:
    """What the server does: its answers to whom a mail is for, who may sign in, and what it was given."""

    recipients: dict[str, str] = field(default_factory=dict)
    password: str = ""
    got: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    port: int = 0
    drops: int = 0
    """So many connections are cut in the middle of a mail."""


@asynccontextmanager
async def mail_server(
    script: Script, trust: ssl.SSLContext | None = None, *, at_once: bool = False
) -> AsyncIterator[Script]:
    """A mail server on loopback. With something to be trusted by it offers STARTTLS, or speaks TLS `at_once`."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _talk(script, trust, reader, writer, is_secret=at_once)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", script.port, ssl=trust if at_once else None)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        await server.wait_closed()


async def _talk(
    script: Script, trust: ssl.SSLContext | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    *, is_secret: bool,
) -> None:  # fmt: skip
    def say(*lines: str) -> None:
        writer.write("".join(f"{line}\r\n" for line in lines).encode())

    say("220 town.example ready")
    while line := (await reader.readline()).decode():
        verb = line.strip().upper()
        script.said.append(line.strip())
        if verb.startswith("EHLO"):
            more = ["250-STARTTLS"] if trust and not is_secret else []
            say("250-town.example", *more, *(["250-AUTH PLAIN"] if is_secret else []), "250 8BITMIME")
        elif verb == "STARTTLS" and trust:
            say("220 go ahead")
            await writer.drain()
            await writer.start_tls(trust)
            is_secret = True
        elif verb.startswith("AUTH PLAIN"):
            right = base64.b64encode(f"\0town\0{script.password}".encode()).decode()
            say("235 welcome" if line.split()[2] == right else "535 no")
        elif verb.startswith("RCPT"):
            address = line.partition("<")[2].partition(">")[0]
            say(script.recipients.get(address, "250 good"))
        elif verb == "DATA":
            say("354 go on")
            if script.drops:
                script.drops -= 1
                return
            body = b""
            while (part := await reader.readline()) != b".\r\n":
                body += part[1:] if part.startswith(b"..") else part
            script.got.append(body)
            say("250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 good")


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "town.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file
