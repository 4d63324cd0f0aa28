/** Told when there is something new to read. */
export const LAG_FLOOR_NEWS = 'lag_floor_news';
/** Told when rows can be read: the position of the last. */
export const LAG_FLOOR_DONE = 'lag_floor_done';
