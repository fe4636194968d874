import './styles/index.css'
import { sendDrafts } from './call/drafts.ts'
import { session } from './call/session.ts'
import { AskAdmin } from './elements/ask-admin.ts'
import { Beside } from './elements/beside.ts'
import { Dialer } from './elements/dialer/dialer.ts'
import { Export } from './elements/export.ts'
import { LevelMeter } from './elements/level-meter.ts'
import { MiniPlayer } from './elements/mini-player.ts'
import { Notifications } from './elements/notifications.ts'
import { Player } from './elements/player.ts'
import { Playlist, takeTime } from './elements/playlist.ts'
import { startShortcuts } from './elements/shortcut-list.ts'
import { Simulation } from './elements/simulation.ts'
import { TileMap } from './elements/tile-map.ts'
import { Upload } from './elements/upload.ts'
import { startCounts } from './counts.ts'
import { startDisclosures } from './disclosures.ts'
import { closeDialog, openDialog } from './dialog.ts'
import { startLivePages } from './live-pages.ts'
import { live } from './live.ts'
import { startNavigation, toggleListening } from './navigation.ts'
import { startRecordings } from './recordings.ts'
import { copyField, openShare, showLocalTimes } from './sharing.ts'
import { startSignOut } from './sign-out.ts'
import { startTheme } from './theme.ts'

customElements.define('or-ask-admin', AskAdmin)
customElements.define('or-beside', Beside)
customElements.define('or-level-meter', LevelMeter)
customElements.define('or-export', Export)
customElements.define('or-mini-player', MiniPlayer)
customElements.define('or-notifications', Notifications)
customElements.define('or-player', Player)
customElements.define('or-playlist', Playlist)
customElements.define('or-dialer', Dialer)
customElements.define('or-simulation', Simulation)
customElements.define('or-tile-map', TileMap)
customElements.define('or-upload', Upload)

startTheme()
startNavigation()
startDisclosures()
startSignOut()
openShare()
showLocalTimes()
if (document.querySelector('[data-count]')) startCounts()

document.addEventListener('click', (event) => {
  const target = event.target as Element
  const dial = target.closest<HTMLElement>('[data-dial]')
  if (dial) document.querySelector<Dialer>('or-dialer')?.choose(dial)
  const join = target.closest<HTMLElement>('[data-join]')
  if (join) document.querySelector<Dialer>('or-dialer')?.join(join.dataset.join ?? '')
  const listen = target.closest<HTMLElement>('[data-listen]')
  if (listen) toggleListening(listen)
  const take = target.closest<HTMLElement>('[data-take-time]')
  if (take) takeTime(take)
  const opens = target.closest<HTMLAnchorElement>('[data-dialog]')
  if (opens && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    void openDialog(opens)
  }
  const close = target.closest('[data-close]')
  if (close) closeDialog(close)
  const copy = target.closest<HTMLElement>('[data-copy]')
  if (copy) void copyField(copy)
})

const dialer = document.querySelector<Dialer>('or-dialer')
if (dialer) {
  session.start()
  startShortcuts(dialer)
  // Of earlier calls, whose notes could not be sent before the page was left.
  void sendDrafts()
  startLivePages()
  startRecordings()
  document.addEventListener('htmx:after:swap', () => {
    if (location.pathname !== '/sign-in') session.resume()
  })
  // Browsers allow few connections to one host: a tab that nobody sees and that carries no call gives its own back.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) live.open()
    else if (!session.busy) live.close()
  })
}
