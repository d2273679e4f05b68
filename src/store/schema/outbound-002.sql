-- Arrivals that nobody could be served with: postern status counts them.
CREATE INDEX event_not_served ON event(at, inbound) WHERE what = 'not-served';
