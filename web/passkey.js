// Passkeys (WebAuthn): shows the forms that need them, and fills and sends them. Without this
// script, or in a browser that has none, people sign in by a link, a password or a provider.
'use strict';
const octets = s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const words = b => btoa(String.fromCharCode(...new Uint8Array(b || []))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const keys = s => s.split(' ').filter(x => x).map(x => ({ type: 'public-key', id: octets(x) }));

function make(d) {
  return navigator.credentials.create({ publicKey: {
    challenge: new TextEncoder().encode(d.challenge),
    rp: { id: d.site, name: d.site },
    user: { id: octets(d.handle), name: d.person, displayName: d.person },
    pubKeyCredParams: [-7, -8, -257].map(alg => ({ type: 'public-key', alg })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'preferred' },
    excludeCredentials: keys(d.keys),
    attestation: 'none',
  } });
}

function ask(d) {
  return navigator.credentials.get({ publicKey: {
    challenge: new TextEncoder().encode(d.challenge),
    rpId: d.site,
    allowCredentials: keys(d.keys),
    userVerification: 'preferred',
  } });
}

async function send(form) {
  const d = form.dataset, says = form.querySelector('[data-says]'), there = form.querySelector('[data-there]');
  says.hidden = there.hidden = true;
  try {
    const c = await (d.passkey === 'make' ? make(d) : ask(d)), r = c.response;
    const set = { id: words(c.rawId), client: words(r.clientDataJSON), data: words(r.attestationObject || r.authenticatorData),
      signature: words(r.signature), user: words(r.userHandle) };
    for (const [name, value] of Object.entries(set)) form.elements.namedItem(name).value = value;
    form.submit();
  } catch (e) {
    says.hidden = false;
    there.hidden = e.name !== 'InvalidStateError';
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', e => { e.preventDefault(); send(form); });
  }
  for (const e of document.querySelectorAll('[data-without-passkey]')) e.hidden = true;
}
