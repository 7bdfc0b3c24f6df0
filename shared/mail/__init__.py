"""Mail to people: a row in the decision's transaction, sent by a relay, its address opened only at sending."""
