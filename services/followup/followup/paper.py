"""A certificate as a page of A4: what a young person takes along, also to a realkompetencevurdering (RKV, IKV)."""

from collections.abc import Iterator
from io import BytesIO

from followup import texts
from followup.queries.certificates import CertificateView
from shared.catalogue.calendar import in_words

MARGIN, WIDTH = 62.0, 471.0  # points, on A4


def drawn(certificate: CertificateView) -> bytes:
    """The same certificate gives the same bytes."""
    from reportlab.lib.utils import simpleSplit  # slow to import: only for those who print
    from reportlab.pdfgen.canvas import Canvas

    paper = BytesIO()
    page = Canvas(paper, pagesize=(595.27, 841.89), invariant=1, lang="da")
    page.setTitle(texts.PAPER_TITLE)
    page.setAuthor("Lederalliancen")
    y = 770.0
    for font, size, gap, text in _lines(certificate):
        y -= gap
        for line in simpleSplit(text, font, size, WIDTH):
            if y < MARGIN:
                page.showPage()
                y = 770.0
            page.setFont(font, size)
            page.drawString(MARGIN, y, line)
            y -= size * 1.35
    page.save()
    return paper.getvalue()


def _lines(c: CertificateView) -> Iterator[tuple[str, float, float, str]]:
    """Font, size, the gap above, and the words."""
    plain, bold = "Helvetica", "Helvetica-Bold"
    yield bold, 24, 0, texts.PAPER_TITLE
    yield plain, 11, 6, texts.paper_period(in_words(c.started_on), in_words(c.until), _number(c.hours))
    yield bold, 13, 14, texts.PAPER_LEARNED
    for one in c.competences:
        yield plain, 11, 3, f"{one.competence.da}: {one.level.da[0].lower()}{one.level.da[1:]}"
    yield bold, 13, 14, texts.PAPER_TASKS
    for label in c.tasks:
        yield plain, 11, 3, label.da
    yield bold, 13, 14, texts.PAPER_FORMS
    yield plain, 11, 3, ", ".join(label.da for label in c.forms)
    yield plain, 11, 24, texts.PAPER_RKV
    yield plain, 11, 10, texts.PAPER_NOBODY
    yield plain, 11, 14, texts.paper_issued(in_words(c.issued_on))
    yield bold, 13, 3, c.code


def _number(hours: float) -> str:
    return f"{hours:g}".replace(".", ",")
