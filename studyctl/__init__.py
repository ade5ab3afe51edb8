"""studyctl: questions in study notes, answered from recorded experiment runs.

Experiments import `studyctl.lab`; everything else is used through the command line. Importing this package must stay
free of imports: every command pays for it.
"""

__version__ = "0.1.0"
# Raised only when a change of studyctl can change the result of a run: studyctl itself is never part of a run's code
# closure (in its own repository every commit would make every answer stale).
EVIDENCE_VERSION = 1
