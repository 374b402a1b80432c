const PHOTOS_IN_GROUP = 8;
const BYTES_IN_GROUP = 64 * 1024 * 1024;

/** Photos that go together: few of one person, and few bytes, so that little is sent again after a crash. */
export function inGroups(photos) {
  const groups = [];
  for (const photo of photos) {
    const group = groups.at(-1);
    if (group && fits(group, photo)) {
      group.photos.push(photo);
      group.bytes += photo.size;
    } else groups.push({ person: photo.person, photos: [photo], bytes: photo.size });
  }
  return groups;
}

function fits({ person, photos, bytes }, photo) {
  return photo.person === person && photos.length < PHOTOS_IN_GROUP && bytes + photo.size <= BYTES_IN_GROUP;
}
