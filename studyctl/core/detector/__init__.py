"""How a note is read: which of its lines are questions, todos, readings and claims, and by which rule (`detect`)."""
