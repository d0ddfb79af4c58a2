// The server shows times in the zone that the browser has told it of: from the page after the first one on, so that nothing moves.
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
if (timeZone !== undefined && !document.cookie.split('; ').includes(`zone=${timeZone}`)) {
  document.cookie = `zone=${timeZone}; path=/; max-age=31536000; samesite=lax${document.location.protocol === 'https:' ? '; secure' : ''}`
}
