/** The dialer's main action, at the bottom. Pure, so that every case can be tested. */
import type { State } from './state.ts'

export type FootAction = 'call' | 'hang-up' | 'take-over' | 'save-next' | 'done'

export interface FootView {
  action: FootAction
  word: string
  /** Empty if the words need the space. */
  icon: string
  /** Ending the call is red. */
  tone: 'go' | 'end'
  disabled: boolean
}

/** `ready`: a number that can be called has been entered. `logging`: the ended call is being logged. */
export function footView(state: State, { ready, logging }: { ready: boolean; logging: boolean }): FootView {
  switch (state.line) {
    case 'idle':
      return { action: 'call', word: 'Call', icon: 'phone', tone: 'go', disabled: !ready }
    case 'preparing':
    case 'active': {
      const word = state.role === 'rep' ? 'Hang up' : 'Leave'
      return { action: 'hang-up', word, icon: 'phone-off', tone: 'end', disabled: state.hangingUp }
    }
    case 'elsewhere':
      return { action: 'take-over', word: 'Continue here', icon: 'phone-incoming', tone: 'go', disabled: false }
    case 'ended':
      return logging
        ? { action: 'save-next', word: 'Save and next', icon: '', tone: 'go', disabled: false }
        : { action: 'done', word: 'Done', icon: 'check', tone: 'go', disabled: false }
  }
}
