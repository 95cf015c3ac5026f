"""Small PDF documents, written by hand."""

from __future__ import annotations

ENCRYPTED = (
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"5a" * 32 + b"> /U <" + b"a5" * 32 + b"> >> "
    b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] "
)


def pdf(pages: int = 1, *, size: tuple[float, float] = (300, 200), content: bytes = b"", trailer: bytes = b"") -> bytes:
    """Returns a document whose pages say "Page n" in Helvetica; `content` is drawn on each page as well."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (pages, b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(pages))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page in range(pages):
        drawn = (
            b"BT /F1 24 Tf 30 120 Td (Page %d of text) Tj 0 -40 Td (and a second line) Tj ET " % (page + 1) + content
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (*size, 5 + 2 * page)
        )
        objects.append(b"<< /Length %d >> stream\n" % len(drawn) + drawn + b"\nendstream")
    written = b"%PDF-1.4\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
    return written + b"trailer << /Size %d /Root 1 0 R " % (len(objects) + 1) + trailer + (
        b">>\nstartxref\n%d\n%%%%EOF\n" % start
    )  # fmt: skip
