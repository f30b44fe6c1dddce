/** Tells a user who looks elsewhere: in the title, in the icon of the tab, and by notifications where they are wanted. */

import { summary } from './system.js';
import { prefer, preference } from './preferences.js';

const ICON_PIXELS = 64;

export const canNotify = 'Notification' in window;

/** Whether somebody looks at the page, as far as the browser tells. */
export function isActive() {
  return document.visibilityState === 'visible' && document.hasFocus();
}

export function isNotifying() {
  return canNotify && preference('notifications') === 'on' && Notification.permission === 'granted';
}

/** Switches notifications; asks the browser for leave, which it only gives where a button was pressed. @returns whether they are on */
export async function setNotifying(wants) {
  const granted = wants && canNotify && (await Notification.requestPermission()) === 'granted';
  prefer('notifications', granted ? 'on' : 'off');
  return granted;
}

/** @param titleOf what a conversation is called @param go shows a conversation */
export function startAttention(parley, titleOf, go) {
  const link = document.querySelector('link[rel=icon]');
  const plain = link.href;
  let shown = -1;

  function count(unread) {
    document.title = unread > 0 ? `(${unread}) Parley` : 'Parley';
    if (unread === shown) return;
    shown = unread;
    link.type = unread > 0 ? 'image/png' : 'image/svg+xml';
    link.href = unread > 0 ? drawn(unread) : plain;
  }

  function came(conversation, entry) {
    if (!conversation.disturbs(entry) || isOld(parley, entry)) return;
    notify(conversation, conversation.type === 'direct' ? summary(entry) : `${entry.senderId}: ${summary(entry)}`);
  }

  function notify(conversation, body) {
    if (isActive() || !isNotifying()) return;
    const notification = new Notification(titleOf(conversation), {
      body,
      tag: conversation.conversationId,
      icon: plain,
    });
    notification.onclick = () => {
      focus();
      go(conversation.conversationId);
      notification.close();
    };
  }

  const stops = [
    parley.on('unread', ({ unreadTotal }) => count(unreadTotal)),
    parley.on('message', ({ conversation, entry }) => came(conversation, entry)),
    // Of a channel that is not open the message itself does not come.
    parley.on('mention', ({ conversation, entry }) => !entry && conversation.disturbs() && notify(conversation, 'You were mentioned')),
  ];
  count(parley.unreadTotal);
  return () => {
    stops.forEach(stop => stop());
    count(0);
  };
}

/** What comes late, after an absence, is not news. */
function isOld(parley, entry) {
  return Date.now() + parley.clockSkewMillis - entry.sentAt > 60_000;
}

function drawn(unread) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = ICON_PIXELS;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#4653d8';
  pen.beginPath();
  pen.roundRect(0, 0, ICON_PIXELS, ICON_PIXELS, 18);
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = `700 ${unread > 9 ? 34 : 42}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(unread > 99 ? '99+' : String(unread), ICON_PIXELS / 2, ICON_PIXELS / 2 + 3);
  return canvas.toDataURL();
}
