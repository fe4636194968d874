"""Running an installation: the supervisor, the doctor, and the demo team."""
