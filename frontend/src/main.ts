import './styles/index.css'
import { live } from './api/events.ts'
import { sendDrafts } from './call/drafts.ts'
import { session } from './call/session.ts'
import { AskAdmin } from './dialer/ask-admin.ts'
import { Dialer } from './dialer/dialer.ts'
import { LevelMeter } from './dialer/level-meter.ts'
import { startShortcuts } from './dialer/shortcut-list.ts'
import { Beside } from './pages/beside.ts'
import { startCounts } from './pages/counts.ts'
import { closeDialog, openDialog } from './pages/dialog.ts'
import { Export } from './pages/export.ts'
import { startLiveUpdates } from './pages/live-updates.ts'
import { Notifications } from './pages/notifications.ts'
import { startRecordings } from './pages/recordings.ts'
import { copyField, openShare, showLocalTimes } from './pages/sharing.ts'
import { startSignOut } from './pages/sign-out.ts'
import { Simulation } from './pages/simulation.ts'
import { startTheme } from './pages/theme.ts'
import { TileMap } from './pages/tile-map.ts'
import { Upload } from './pages/upload.ts'
import { toggleListening } from './player/listening.ts'
import { MiniPlayer } from './player/mini-player.ts'
import { Player } from './player/player.ts'
import { Playlist, takeTime } from './player/playlist.ts'
import { startDisclosures } from './ui/disclosures.ts'
import { signInPage, startNavigation } from './ui/navigation.ts'

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
  // Send notes of earlier calls that could not be sent before the page was left.
  void sendDrafts()
  startLiveUpdates()
  startRecordings()
  document.addEventListener('htmx:after:swap', () => {
    if (location.pathname !== signInPage) session.resume()
  })
  // Browsers allow few connections per host, so a hidden tab without a call closes its own.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) live.open()
    else if (!session.busy) live.close()
  })
}
