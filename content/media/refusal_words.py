"""The words of every refusal."""

from collections.abc import Mapping
from types import MappingProxyType

from content.media.reason_form import AGAIN, CAPTIONS, MP4, N_, SMALLER, TELL, Words, refusal

REFUSALS: Mapping[str, Words] = MappingProxyType(
    {
        # Refusals: what the file is.
        "empty": refusal(N_("The file is empty."), N_("Choose the file again; the upload may have been cut short.")),
        "not_media": refusal(N_("This is not a picture or a video."), MP4),
        "playlist": refusal(
            N_("This is a list that points to other files, not a video."), N_("Upload the video itself as one file.")
        ),
        "text": refusal(N_("This is a text file, not a picture or a video."), MP4),
        "archive": refusal(
            N_("This is an archive with files packed into it."),
            N_("Unpack it and upload the pictures or videos one by one."),
        ),
        "program": refusal(N_("This is a computer program, not a picture or a video."), MP4),
        "document_pdf": refusal(
            N_("This is a PDF document. When it was uploaded, only pictures and videos were taken."),
            N_("PDF documents are taken now: upload it again."),
        ),
        "document_locked": refusal(
            N_("This PDF document is protected by a password."),
            N_("Save it without a password and upload that."),
        ),
        "too_many_pages": refusal(
            N_("This document has {count} pages; at most {most} are shown."),
            N_("Save the pages that matter as a PDF of their own and upload that."),
        ),
        "document_office": refusal(
            N_("This is an office document or presentation. The screens show pictures, videos and PDF pages."),
            N_("In your program choose Export or Save as, then PDF, and upload that: each page becomes a slide."),
        ),
        "office_failed": refusal(
            N_("We could not turn this office document into slides."),
            N_("In your program choose Export or Save as, then PDF, and upload that: each page becomes a slide."),
        ),
        "vector": refusal(
            N_("This is a vector drawing (SVG). The screens show pictures made of pixels."),
            N_("Export it as a PNG at 1920 by 1080 and upload that."),
        ),
        "captions_only": refusal(
            N_("This is a captions file without a video."),
            N_("Upload the video first; then add the captions on its page."),
        ),
        "unsupported": refusal(N_("We cannot show files of the kind {name}."), MP4),
        "no_picture": refusal(
            N_("There is sound in this file but no picture."), N_("Add a picture or a video to it and upload that.")
        ),
        "encrypted": refusal(
            N_("This video is protected (DRM), so screens cannot play it."),
            N_("Ask its maker for a copy without protection."),
        ),
        "dolby_vision": refusal(
            N_("This video is in a kind of HDR (Dolby Vision 5) whose colours we cannot show right."),
            N_("Turn HDR off in the camera or the editor, export again and upload that."),
        ),
        "external_reference": refusal(
            N_("This file keeps its picture in another file."), N_("Export it as one file with everything in it.")
        ),
        # Refusals: its state.
        "unreadable": refusal(N_("This file cannot be read. It is damaged or not finished."), AGAIN),
        "truncated": refusal(
            N_("This is cut short: it should last {declared_ms} ms, but only {decoded_ms} ms of it can be played."),
            N_("Upload it again; if that does not help, export it again."),
        ),
        "red_flash_hazard": refusal(
            N_(
                "The film flashes red {times} times a second at {at}. That can trigger seizures, so it cannot be shown."
            ),
            N_("Cut these places, darken them or take the red out, and upload it again: {places}."),
        ),
        "flash_hazard": refusal(
            N_("The film flashes {times} times a second at {at}. That can trigger seizures, so it cannot be shown."),
            N_("Cut these places, or darken or slow them down, and upload it again: {places}."),
        ),
        "pattern_hazard": refusal(
            N_("Strong stripes or checks fill much of the film at {at}. They can trigger seizures."),
            N_("Cut these places, or make the stripes fainter or smaller, and upload it again: {places}."),
        ),
        "still_flashes": refusal(
            N_("It can still trigger seizures at {at}, even dimmed as far as we can."),
            N_("Cut these places out: {places}."),
        ),
        # Refusals: our limits.
        "too_big_bytes": refusal(N_("The file has {size_mb} MB; at most {most_mb} MB are taken."), SMALLER),
        "too_many_pixels": refusal(N_("The picture is too large: {width} by {height}."), SMALLER),
        "too_small": refusal(
            N_("The picture is too small: {width} by {height}. The short side needs at least {least}."),
            N_("Look for a larger original, not a preview or an icon."),
        ),
        "too_long": refusal(
            N_("The video lasts longer than {most_s} seconds, the most we take."),
            N_("Cut it shorter, or into several."),
        ),
        "too_short": refusal(
            N_("The video lasts {duration_ms} ms; the shortest we take is {least_ms} ms."),
            N_("Make it longer, or upload a single picture instead."),
        ),
        "too_fast": refusal(
            N_("The video has {fps} pictures a second; at most {most} are taken."),
            N_("Export it with 30 pictures a second and upload that."),
        ),
        "too_many_frames": refusal(
            N_("The animation has more than {most} pictures."), N_("Make it shorter, or export it as a video.")
        ),
        "too_many_streams": refusal(
            N_("There are too many tracks in this file ({count})."),
            N_("Export it with one picture and one sound track."),
        ),
        "timeout": refusal(N_("Preparing this file took too long, so we stopped."), SMALLER),
        "out_of_memory": refusal(N_("Preparing this file needed more memory than one upload may use."), SMALLER),
        "output_too_large": refusal(N_("What we made of this file grew too large, so we stopped."), SMALLER),
        "decoder_crashed": refusal(
            N_("The reader of this kind of file broke down on it. It is probably damaged."), AGAIN
        ),
        "worker_misbehaved": refusal(N_("Preparing this file went wrong in an unexpected way, so we stopped."), TELL),
        "gave_up": refusal(
            N_("Preparing this file broke off several times, so we gave up."),
            N_("Upload it once more. If it happens again, tell the people who run this, or export it anew."),
        ),
        "check_failed": refusal(N_("What we made of this file did not pass our own check ({what})."), TELL),
        "other_length": refusal(
            N_("This lasts {duration_ms} ms, but the item it is a variant of lasts {wanted_ms} ms."),
            N_("Export it again exactly as long, with as many pictures a second as the item has, and upload that."),
        ),
        "cancelled": refusal(N_("Preparing was stopped before it was done."), N_("Upload it again when you want it.")),
        # Refusals: captions.
        "captions_unreadable": refusal(N_("These are not captions that we can read."), CAPTIONS),
        "captions_too_large": refusal(
            N_("The captions file has {size_kb} kB; at most {most_kb} kB are taken."),
            N_("See whether it is the captions file, and not the film itself."),
        ),
        "captions_encoding": refusal(
            N_("The letters of this captions file cannot be told for sure: it is not in Unicode."),
            N_("Open it in the program it was made with, save it with the encoding UTF-8, and add that."),
        ),
        "captions_empty": refusal(N_("There is no caption with words in this file."), CAPTIONS),
        "captions_bad_times": refusal(
            N_("The times in line {line} of the captions cannot be read."),
            N_("Write them like this, then add the file again: 00:00:01,000 --> 00:00:03,500."),
        ),
        "captions_many_lines": refusal(
            N_("The caption at {at} has {count} lines; at most {most} fit on a screen."),
            N_("Make two captions of it, one after the other."),
        ),
        "captions_crowded": refusal(
            N_("At {at} more than {most} lines of captions would stand there at once."),
            N_("Let one caption end before the next begins, then add the file again."),
        ),
        "captions_long_line": refusal(
            N_("A line of the caption at {at} has {count} characters; at most {most} can be read in passing."),
            N_("Break it into shorter lines or into two captions. About 40 characters are good."),
        ),
        "captions_too_many": refusal(
            N_("There are more than {most} captions in this file."),
            N_("See whether it is the captions file of this film; join very short ones."),
        ),
        "captions_beyond_end": refusal(
            N_("A caption begins at {at}, but the film lasts only {length}."),
            N_("See whether these captions belong to this cut of the film."),
        ),
    }
)
