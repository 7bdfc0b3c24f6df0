"""What can be asked of intake: bodies, checked strictly at the edge, the commands made of them, and their answers."""
