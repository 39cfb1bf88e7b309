"""Gates: what a change has to pass, as the settings of many tools tell. `comparison` compares before with after."""
