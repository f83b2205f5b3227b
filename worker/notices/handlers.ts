/** The handlers of channels and deliveries, which the first request for one of them loads. */
export { endChannel, makeChannel, patchChannel, showChannels, testChannel } from './channels.ts';
export { pullDeliveries, resendDelivery } from './deliveries.ts';
