"""The words of what is found in a file and does not refuse it."""

from collections.abc import Mapping
from types import MappingProxyType

from content.media.reason_form import GONE, N_, NOTHING, Words, notice, warning

WARNINGS: Mapping[str, Words] = MappingProxyType(
    {
        "flash_hold": warning(
            N_("Something flashes or flickers at {at}: on a part of the screen, for long, or when the film repeats."),
            N_("A person has to decide whether it may be shown. Calmer is safer; look at: {places}."),
        ),
        "animation_stilled": warning(
            N_(
                "The animation flashes {times} times a second, which can trigger seizures, "
                "so one picture of it is shown."
            ),
            N_("Make it slower, with half a second or more for each picture, or dim it, if it should move."),
        ),
        "pattern_hold": warning(
            N_("Regular stripes or checks fill much of the picture at {at}. They can be unbearable for some people."),
            N_("A person has to decide whether it may be shown. Fainter or smaller is safer; look at: {places}."),
        ),
        "office_converted": warning(
            N_("Another program turns this office document into slides; letters and places may differ from yours."),
            N_("Look at the preview. To have exactly your slides, save them as a PDF and upload that."),
        ),
        "low_resolution": warning(
            N_("The picture is small ({width} by {height}) and may look soft on a large screen."),
            N_("If you have a larger original, upload that instead."),
        ),
        "extreme_shape": warning(
            N_("The picture is very wide or very tall ({width} by {height}), so much of the screen stays empty."),
            N_("Crop it to 16:9 if that suits it."),
        ),
        "narrow_shape": notice(
            N_("The picture is {width} by {height}, so a wide screen stays dark beside it."),
            N_("On upright screens that is right. For wide ones the rest can be filled: see what can be mended."),
        ),
        "black_bars": warning(
            N_("Black bars are part of the picture, so it is smaller than it could be."),
            N_("Take them away, or export it again without them."),
        ),
        "panorama": warning(
            N_("This looks like an all-round panorama. It is shown flat."), N_("Choose a part of it if you prefer.")
        ),
        "short": warning(
            N_("This lasts only {duration_ms} ms; passers-by may miss it."), N_("Five seconds or more work better.")
        ),
        "quiet_sound": warning(
            N_("The sound is very quiet; we raised it as far as is sensible."),
            N_("Record closer to the source, or leave the sound out."),
        ),
        "silent_sound": warning(N_("The sound track is silent, so we left it out."), NOTHING),
        "sound_unreadable": warning(
            N_("The sound of this video cannot be read, so it plays without."), N_("Export it again with AAC sound.")
        ),
        "hdr_converted": warning(
            N_("This was made for bright HDR displays; we converted its colours for ordinary screens."),
            N_("Look at the preview; if the colours look wrong, export it without HDR."),
        ),
        "hdr_tag_ignored": warning(
            N_("The video says that it is HDR but is not; we show its colours as they are."),
            N_("Look at the preview; if the colours look wrong, export it without HDR."),
        ),
        "transparency_flattened": warning(
            N_("Transparent parts are shown on black."), N_("Look at the preview; add a background if it looks wrong.")
        ),
        "first_picture_only": warning(
            N_("There are {count} pictures in this file; only the first is shown."),
            N_("Upload the others one by one if you want them."),
        ),
        "repeated": warning(N_("This animation lasts only {duration_ms} ms; it is repeated {times} times."), NOTHING),
        "damaged_places": warning(
            N_("Some places in this video are damaged ({count}); the rest plays."),
            N_("Watch the preview; export it again if it looks wrong."),
        ),
        "extra_tracks": warning(
            N_("There are {count} sound tracks; only the main one is kept."), N_("Export it with the track you want.")
        ),
        "captions_code_page": warning(
            N_("The captions file is not in Unicode; we read its letters as {name}."),
            N_("Look whether all accents are right; if not, save it with the encoding UTF-8 and add that."),
        ),
        "captions_left_out": warning(
            N_("Captions without words or without a length were left out ({count}), the first at {at}."),
            N_("Look whether anything is missing in the preview."),
        ),
        "captions_cleaned": warning(
            N_("Signs that cannot be seen or that turn words around were taken out of some captions ({count})."),
            N_("Read these captions closely in the preview."),
        ),
        "captions_cut": warning(
            N_("Some captions would stay longer than the film ({count}); they end with it."),
            N_("See whether these captions belong to this cut of the film."),
        ),
        "captions_letters_package": warning(
            N_("Screens draw some letters ({letters}) only with Debian's package {package}."),
            N_("Ask those who look after the screens whether it is installed on them."),
        ),
        "captions_letters": warning(
            N_("Screens have no font with these letters ({letters}); a box is drawn in their place."),
            N_("Write these words with other letters."),
        ),
        "captions_pictures": warning(
            N_("There are captions in the film that are pictures and not text ({count}); they cannot be used."),
            N_("Save them as text (SRT or WebVTT) and add that on the film's page."),
        ),
        "captions_track_unusable": warning(
            N_("Captions inside the film (track {number}, {language}) cannot be used as they are."),
            N_("Save them as an SRT or WebVTT file and add it on the film's page: that tells what is wrong with them."),
        ),
        "captions_twice": warning(
            N_("There are captions in one language twice inside the film ({language}); the first are used."),
            N_("If you want the others, add them as a file on the film's page."),
        ),
        # Findings: what is seen and heard in it.
        "black_part": warning(
            N_("The film is black for {seconds} seconds at {at}. A black screen looks broken to passers-by."),
            N_("Cut these places, or put a picture there: {places}."),
        ),
        "frozen_part": notice(
            N_("The picture stands still for {seconds} seconds at {at}."),
            N_("If that is meant so, there is nothing to do. If not, look at: {places}."),
        ),
        "hidden_picture": warning(
            N_("At {at} a picture is gone after {ms} ms, too soon to see what it is (such places: {count})."),
            N_("Let each picture stay for half a second or longer, or cut it. Moderators see all of them: {places}."),
        ),
        "qr_code": notice(
            N_("A QR code in the picture leads to “{says}”."),
            N_("See whether it leads where it says: whoever scans it trusts the screen."),
        ),
        "qr_code_at": notice(
            N_("A QR code in the film at {at} leads to “{says}”."),
            N_("See whether it leads where it says: whoever scans it trusts the screen."),
        ),
        "small_text": warning(
            N_("The letters look small: by our estimate a large screen lets people read them from {metres} m."),
            N_("Larger letters and fewer words reach people who only pass by."),
        ),
        "small_text_at": warning(
            N_("The letters at {at} look small: by our estimate a large screen lets people read them from {metres} m."),
            N_("Larger letters and fewer words reach people who only pass by."),
        ),
        "little_time": warning(
            N_(
                "At {at} there seem to be about {characters} characters to read, but they stand for {seconds} seconds "
                "only. This is an estimate."
            ),
            N_("Let them stand for about {needed} seconds, or use fewer words."),
        ),
        "clipped_sound": warning(
            N_("The sound is distorted from {at} on: it was recorded too loud (for {seconds} seconds in all)."),
            N_("Record it again with a lower level. Turning it down afterwards does not help. Listen to: {places}."),
        ),
        "silent_part": notice(
            N_("The sound is silent for {seconds} seconds from {at} on."),
            N_("If that is meant so, there is nothing to do. If not, listen to: {places}."),
        ),
        # Findings: what the file says of itself.
        "place_removed": notice(N_("The file says where it was made."), GONE),
        "device_removed": notice(N_("The file says with which device it was made."), GONE),
        "maker_named": notice(
            N_("The file names as its maker “{maker}”."),
            N_("The file's own note is not kept. Put it into the credits if it is right."),
        ),
        "rights_named": notice(
            N_("The file says of its rights “{rights}”."),
            N_("The file's own note is not kept. See that the licence says the same."),
        ),
        "made_by_ai": notice(
            N_("The file says that a program (AI) made it, wholly or in part."),
            N_("Say so in the credits: people want to know it."),
        ),
        "credentials_removed": notice(
            N_("There are Content Credentials (C2PA) in the file. They are not checked and not kept."),
            N_("Name its maker in the credits."),
        ),
    }
)
