"""Pages in the real Chromium: journeys, accessibility, what the browser fetches, and how it looks."""
