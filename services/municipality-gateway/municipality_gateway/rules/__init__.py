"""What the gateway decides, pure: whom to ask, what a referral goes through, how long it waits, who may say what."""
