"""Whom the tests of the whole call, from the demo people (docs/howto/try-the-demo.md)."""

#: Says 600 Hz; Ohio needs one party's consent.
STEADY = "+15135550195"
#: Says back what it hears; Tennessee needs one party's consent.
ECHO = "+19015550196"
#: Talks; in Utah the demo team records its own side only.
ONE_SIDED = "+18015550143"
#: Talks; California needs everyone's consent, so nothing is recorded.
NOT_RECORDED = "+14155550110"
#: Nobody's number, from the range kept for fiction; it answers.
STRANGER = "+12025550147"
