//! The shop's own words of the samples in the other languages.

import type { Language } from '../generated/Language';

/** Korean, English, Chinese, Japanese. */
const NAMES: [ko: string, en: string, zh: string, ja: string][] = [
  ['모퉁이커피', 'Corner Coffee', '街角咖啡', '街角コーヒー'],
  ['인기', 'Best', '人气', '人気'],
  ['커피', 'Coffee', '咖啡', 'コーヒー'],
  ['라떼·차', 'Latte & tea', '拿铁·茶', 'ラテ・お茶'],
  ['에이드', 'Ade', '果汁汽水', 'エイド'],
  ['디저트', 'Sweets', '甜点', 'デザート'],
  ['온도', 'Temperature', '温度', '温度'],
  ['차갑게', 'Iced', '冰', 'アイス'],
  ['뜨겁게', 'Hot', '热', 'ホット'],
  ['크기', 'Size', '大小', 'サイズ'],
  ['보통', 'Regular', '标准', '普通'],
  ['크게', 'Large', '大杯', '大きめ'],
  ['샷 추가', 'Extra shot', '加浓缩', 'ショット追加'],
  ['샷 추가 × 2', 'Extra shot × 2', '加浓缩 × 2', 'ショット追加 × 2'],
  ['아메리카노', 'Americano', '美式咖啡', 'アメリカーノ'],
  ['카페라떼', 'Caffè latte', '拿铁咖啡', 'カフェラテ'],
  ['바닐라라떼', 'Vanilla latte', '香草拿铁', 'バニララテ'],
  ['자몽에이드', 'Grapefruit ade', '西柚汽水', 'グレープフルーツエイド'],
  ['녹차라떼', 'Green tea latte', '抹茶拿铁', '抹茶ラテ'],
  ['콜드브루', 'Cold brew', '冷萃咖啡', 'コールドブリュー'],
  ['카푸치노', 'Cappuccino', '卡布奇诺', 'カプチーノ'],
  ['치즈케이크', 'Cheesecake', '芝士蛋糕', 'チーズケーキ'],
  ['크루아상', 'Croissant', '可颂', 'クロワッサン'],
  ['카라멜마키아토', 'Caramel macchiato', '焦糖玛奇朵', 'キャラメルマキアート'],
];
const AT: Record<Language, number> = { ko: 0, en: 1, zh: 2, ja: 3 };

/** `value` with every name in it in this language. */
export function named<T>(value: T, language: Language): T {
  const known = new Map(NAMES.map((names) => [names[0], names[AT[language]]]));
  return JSON.parse(JSON.stringify(value), (_, text: unknown) => (typeof text === 'string' ? (known.get(text) ?? text) : text)) as T;
}
