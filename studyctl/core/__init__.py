"""What studyctl decides: pure functions and plain values. No files, no SQL, no Rich, no clock."""
