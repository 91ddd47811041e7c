"""From a question to a report: asked, written, drawn, checked."""
