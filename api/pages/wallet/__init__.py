"""The wallet of a member: what one has, pays, asks for, offers in hours, where to spend, how one votes."""
