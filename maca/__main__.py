from maca.config.command import main

main(prog_name="maca")
