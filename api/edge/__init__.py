"""Between the socket and the routes: what surrounds every request, and the words of problems."""
