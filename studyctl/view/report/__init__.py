"""A report as files: a site for a browser, or Markdown for a repository. The only room that uses Jinja."""
