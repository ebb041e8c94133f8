"""What clients speak. Each dialect turns requests into calls and chunks into frames, purely.

A dialect is a folder that implements `contract`; folders do not import each other. What several
share lies beside them: Gemini's rules (`turns`, `tools`, `arguments`, `media`, `answer_format`,
`citations`, `speech`, `counting`), reading (`fields`, `forms`, `model_names`), and as `openai_*`
what is OpenAI's alone.
"""
