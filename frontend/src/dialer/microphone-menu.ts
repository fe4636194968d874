import { listMicrophones } from '../call/microphone.ts'
import { session } from '../call/session.ts'
import { attribute, element, part } from '../ui/dom.ts'

/** Lets the rep choose the microphone and sound processing, and shows the level. */
export function microphoneMenu(): HTMLElement {
  const root = element(`
    <div class="microphone" hidden>
      <label for="dialer-microphone">Microphone</label>
      <select id="dialer-microphone"></select>
      <or-level-meter></or-level-meter>
      <label class="check"><input type="checkbox" name="studio"> <span>Studio sound (no processing)</span></label>
      <p class="hint">Processing removes echo and noise and evens out the level. Turn it off if you have a good headset in a quiet room.</p>
    </div>`)
  const select = part<HTMLSelectElement>(root, 'select')
  const studio = part<HTMLInputElement>(root, 'input')
  const apply = () => void session.configureMicrophone({ deviceId: select.value, studio: studio.checked })
  select.addEventListener('change', apply)
  studio.addEventListener('change', apply)

  const list = async () => {
    const microphones = await listMicrophones()
    const { deviceId } = session.microphone.settings
    select.replaceChildren(
      new Option("System default", ''),
      // Browsers hide the names until permission is granted.
      ...microphones.map((device, index) => new Option(device.label || `Microphone ${index + 1}`, device.deviceId)),
    )
    select.value = microphones.some((device) => device.deviceId === deviceId) ? deviceId : ''
    studio.checked = session.microphone.settings.studio
  }
  navigator.mediaDevices?.addEventListener('devicechange', () => void list())

  root.addEventListener('or:toggled', () => {
    attribute(root, 'hidden', !root.hidden)
    if (root.hidden) session.rest()
    else void session.tryMicrophone().then(list)
  })
  return root
}
