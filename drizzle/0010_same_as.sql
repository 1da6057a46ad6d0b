ALTER TABLE events ADD same_as text;
