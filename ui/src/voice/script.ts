import type { GroupView } from '../generated/GroupView';
import type { LineView } from '../generated/LineView';
import type { Screen } from '../generated/Screen';
import type { Service } from '../generated/Service';
import type { Sheet } from '../generated/Sheet';
import type { View } from '../generated/View';
import { unreachable, type On } from '../shown';
import { number, t, won } from '../text/text.svelte';
import { spelled } from '../text/words';

/** What the voice says when a screen or a sheet comes up. Of the module's page it knows nothing, so it can't tell of it. */
export function script(view: View): string {
  const said = view.sheet ? [ofSheet(view.sheet)] : [step(view), ...ofScreen(view.screen, view)];
  return said.filter((part) => part !== '').join(' ').replace(/[\n*]+/g, ' ');
}

/**
 * What of a screen that stays is told again when it changes, in one word: the customer waits for it and can't see it.
 */
export function moment(view: View): string {
  const { screen } = view;
  if (view.sheet) return view.sheet.is;
  if (screen.is === 'card') return screen.stopping ? 'stop' : screen.phase;
  if (screen.is === 'settling') return String(screen.card === 'done');
  return screen.is;
}

function step({ step, screen }: View): string {
  return step && screen.is !== 'options' ? t(`speech.step.${step}`, { name: t(`step.${step}`) }) : '';
}

function ofSheet(sheet: Sheet): string {
  switch (sheet.is) {
    case 'idle':
      return [t('speech.idle', { seconds: Math.ceil(sheet.endsInMs / 1000) }), sheet.held ? t('speech.held') : ''].join(' ');
    case 'startOver':
      return [sheet.back ? t('speech.goBack') : t('speech.startOver', { count: sheet.pieces }), sheet.held ? t('speech.held') : ''].join(' ');
    case 'screenAndSound':
      return t('settings.title');
    default:
      return unreachable(sheet);
  }
}

function ofScreen(screen: Screen, view: View): string[] {
  const { shop, money } = view;
  switch (screen.is) {
    case 'attract':
      return [t('speech.attract', { shop: shop.name }), t(shop.ways.length > 1 ? 'speech.ways' : 'speech.start')];
    case 'menu':
      return menu(screen, view);
    case 'options':
      return [screen.item.name, ...screen.groups.map(group), t('speech.pieces', { count: screen.count }), t('speech.price', { price: won(screen.price), add: t('options.add') })];
    case 'review':
      return [
        ...screen.lines.map(line),
        screen.pages > 1 ? t('speech.page', screen) : '',
        screen.blocked ? t('review.blocked') : t('speech.review', { count: money?.pieces ?? 0, amount: won(money?.order ?? 0) }),
      ];
    case 'benefits':
      return [t('benefits.question'), ...screen.services.map(({ service }) => `${t(`benefits.what.${service}`)}.`), t('speech.benefits', { next: t('benefits.next'), none: t('benefits.none') })];
    case 'service':
      return service(screen.service, view);
    case 'serviceUnknown':
      return [`${t(`unknownService.what.${screen.service}`)}.`, t(`unknownService.so.${screen.service}`), t('unknownService.cartStays')];
    case 'serviceFailed':
      return [`${t(`failed.what.${screen.service}`)}.`, t(`failed.${screen.again ? 'so' : 'soLast'}.${screen.service}`)];
    case 'benefitsLost':
      return [`${t('lost.what')}.`, t('lost.so')];
    case 'timeShort':
      return [`${t('timeShort.what')}.`, t('timeShort.so')];
    case 'returning':
      return [t('returning.so')];
    case 'payConfirm':
      if (money?.due === 0) return [t('speech.payFree', { finish: t('pay.finish') })];
      return [
        t('speech.pay', { amount: won(money?.due ?? 0), pay: t('pay.pay') }),
        money?.earn ? personal(view, t('speech.willEarn', { points: t('money.points', { amount: number(money.earn) }) })) : '',
      ];
    case 'card':
      return [t(`speech.card.${screen.stopping ? 'stop' : screen.phase}`, { place: t(`speech.place.${shop.terminalPlace}`), amount: won(money?.due ?? 0) })];
    case 'declined':
      return [t(screen.reason === 'stopped' ? 'speech.stopped' : 'speech.declined'), t(`declined.reason.${screen.reason}`)];
    case 'settling':
      return [t(screen.card === 'done' ? 'speech.paid' : 'speech.finishing')];
    case 'done':
      return done(screen, view);
    case 'unknown':
      return [
        t('speech.unknown'),
        screen.amount === null ? '' : t('speech.dontUse'),
        t('speech.reference', { reference: spelled(screen.reference) }),
      ];
    case 'outOfService':
      return [t(screen.why.is === 'recovering' ? 'speech.recovering' : screen.why.is === 'paused' || screen.why.is === 'updating' ? `speech.${screen.why.is}` : 'speech.out')];
    case 'staff':
      return [];
    default:
      return [unreachable(screen)];
  }
}

function menu(screen: On<'menu'>, { money }: View): string[] {
  const category = screen.categories.find(({ current }) => current)?.name ?? '';
  return [
    t('speech.menu', { category, page: screen.page, pages: screen.pages }),
    ...screen.items.map((item) => (item.soldOut ? t('speech.itemSoldOut', { name: item.name }) : t('speech.item', { name: item.name, price: won(item.price) }))),
    money && money.pieces > 0 ? t('speech.cart', { count: money.pieces, amount: won(money.order) }) : t('speech.cartEmpty'),
  ];
}

function group({ name, answer }: GroupView): string {
  if (answer.is === 'count') return answer.soldOut ? t('speech.lineSoldOut', { name }) : t('speech.count', { group: name, count: answer.count });
  const option = answer.options.find(({ chosen }) => chosen)?.name;
  return option === undefined ? `${name}.` : t('speech.choice', { group: name, option });
}

function line({ name, count, price, soldOut }: LineView): string {
  return soldOut ? t('speech.lineSoldOut', { name }) : t('speech.line', { name, count, price: won(price) });
}

function service(service: Service, view: View): string[] {
  const named = service === 'POINT_REDEEM' || service === 'POINT_EARN';
  return [
    t(`service.question.${service}`),
    t('speech.due', { amount: won(view.money?.due ?? 0) }),
    view.bands.includes('scannerOff') ? t('speech.scannerOff') : '',
    t(named ? 'speech.phone' : 'speech.scan'),
    t('speech.frame'),
    t('speech.skip', { skip: t(service === 'POINT_EARN' ? 'service.dontEarn' : 'service.skip') }),
  ];
}

/** What isn't for everybody in the shop to hear. */
function personal({ settings }: View, said: string): string {
  return settings.earphones ? said : '';
}

function done(screen: On<'done'>, view: View): string[] {
  return [
    t('speech.done', { number: screen.orderNumber, digits: spelled(screen.orderNumber) }),
    t(screen.handedOver ? 'speech.called' : 'speech.show'),
    screen.earned === null ? '' : personal(view, t('speech.earned', { points: t('money.points', { amount: number(screen.earned) }) })),
    screen.benefitsPending ? t('done.pendingShort') : '',
  ];
}
