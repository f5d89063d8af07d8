"""A client of Anshi: signs questions, submits them, and verifies what comes back without trusting who sent it.

    profile = Profile.load("client.json")
    with Client(profile) as client:
        signed = client.sign_job(job)       # keep it: the same token again gives the same bundle, free
        answer = client.answer(signed)      # submitted, waited for, verified
        print(answer.result)
"""

from .client import Answer, Client, Pending
from .errors import AnshiError, FormError, Problem, Unreachable, VerificationError
from .keys import ClientKey
from .profile import Profile
from .tokens import Job, SignedJob
from .verify import TrustedKeys, VerifiedBundle, verify_bundle

__all__ = [
    "Answer", "AnshiError", "Client", "ClientKey", "FormError", "Job", "Pending", "Problem", "Profile", "SignedJob",
    "TrustedKeys", "Unreachable", "VerificationError", "VerifiedBundle", "verify_bundle",
]
