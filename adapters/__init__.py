"""What others decide: registers, loyalty servers, printers, screens, stores."""
