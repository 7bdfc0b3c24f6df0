"""Certificates are issued."""

from followup.commands.certificates import CertificateAnswer, IssueCertificate
from followup.handlers.base import handlers
from followup.handlers.placements import keep
from followup.rules import learning
from followup.state.certificates import Certificate
from followup.state.placements import Placement
from shared.spine.work import Message, Work


@handlers.on(IssueCertificate, (Placement, "placement_id"), (Certificate, "certificate_id"))
def issue(work: Work, message: Message[IssueCertificate]) -> CertificateAnswer:
    data = message.data
    placement = work.need(Placement, data.placement_id)
    certificate, decision = learning.certified(placement, data.certificate_id, data.code, data.competences, work.today)
    work.put(certificate)
    keep(work, decision)
    return CertificateAnswer(certificate_id=certificate.id, code=certificate.code, issued_on=certificate.issued_on)
