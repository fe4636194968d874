"""The numbers that end-to-end tests call, from the demo people (docs/howto/try-the-demo.md)."""

#: Plays 600 Hz; Ohio requires one party's consent.
STEADY = "+15135550195"
#: Echoes what it hears; Tennessee requires one party's consent.
ECHO = "+19015550196"
#: Talks; in Utah the demo team records only its own side.
ONE_SIDED = "+18015550143"
#: Talks; California requires everyone's consent, so nothing is recorded.
NOT_RECORDED = "+14155550110"
#: Belongs to no person, from the range reserved for fiction; it answers.
STRANGER = "+12025550147"
