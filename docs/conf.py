# SPDX-License-Identifier: GPL-2.0-or-later
project = 'gvirt'
copyright = 'the gvirt maintainers'
extensions = []
master_doc = 'index'
# what is shown is terminals' text, not Python
highlight_language = 'text'
html_theme = 'alabaster'
# tables of registers need room
html_theme_options = {'page_width': '1280px', 'sidebar_width': '200px',
                      'body_max_width': '1060px'}
html_static_path = ['static']
html_css_files = ['gvirt.css']
exclude_patterns = ['_build']
