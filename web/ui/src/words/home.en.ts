export default {
  'home.title': 'Madang · an open yard for meeting',
  'home.lead': 'An open yard where people meet.',
  'home.body':
    'Name a room and pass its link on. Whoever opens it sees and hears you: no account, nothing to install.',
  'home.room': 'Name of the room',
  'home.roomHint': 'Letters, digits, - _ and . in any script.',
  'home.roomExample': 'morning-tea',
  'home.meet': 'Meet',
  'home.suggest': 'Suggest a name',
  'home.missing': 'The room has no name yet. Type one, or press “Suggest a name”.',
  'home.badName': 'A room’s name has letters, digits, - _ and . only. Take out: {signs}',
  'home.tooLong': 'The name is longer than 64 characters. Shorten it.',
  'home.recent': 'Recent rooms',
  'home.forget': 'Forget these rooms',
  'home.forgotten': 'The recent rooms are forgotten on this device.',
  'home.onlyHere': 'Remembered on this device only.',
  'home.insecure': 'On this address you can watch and chat, but not speak',
  'home.insecureWhy':
    'Browsers give camera and microphone to secure pages only, and this page came over plain http.',
  'home.openSecure': 'Open {host}',
  'home.trustSteps': 'How this device learns to trust it',
  'home.closedWhy': 'Rooms here open by invitation only: ask whoever runs this server for a link. Whoever is in a room sees and hears each other.',
} as const;
