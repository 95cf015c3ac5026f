"""What people see: the demo (Gradio) and the dashboard (Streamlit). They import the rooms below, never each other."""
