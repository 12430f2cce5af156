/**
 * What a stored file's name has beyond its key's last segment. `+` is not in the alphabet of keys: the file
 * of key `a` and the folder of key `a/b` can never be one name.
 */
export const objectSuffix = '+.zst';
