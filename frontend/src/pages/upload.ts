/** `<or-upload most="20000000">` around a file input: reports a file that is too large at once, before sending it. */
export class Upload extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('change', (event) => this.#check(event.target as HTMLInputElement))
  }

  #check(input: HTMLInputElement): void {
    const most = Number(this.getAttribute('most'))
    const size = input.files?.[0]?.size ?? 0
    const problem = `This file is ${megabytes(size)} MB. Choose one of at most ${megabytes(most)} MB.`
    input.setCustomValidity(size > most ? problem : '')
    input.reportValidity()
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000)
}
