"""What an association keeps beside its members: dues, approvals, votes, exchanges of time, tellers, links to others."""
