# SPDX-License-Identifier: GPL-2.0-or-later
project = 'gvirt'
copyright = 'the gvirt maintainers'
extensions = []
master_doc = 'index'
html_theme = 'alabaster'
exclude_patterns = ['_build']
