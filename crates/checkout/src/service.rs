//! The four services of the Prbiti module.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a connection asks for (guide 3.1–3.3, `supportMode`). Declared in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Service {
    /// A coupon for items of the order.
    Coupon,
    /// Paying with points.
    PointRedeem,
    /// Paying with a gift card (기프트카드).
    Prepaid,
    /// Earning points on what is paid.
    PointEarn,
}

impl Service {
    /// All four, in the order in which they are asked (protocol.md §6).
    pub const ALL: [Service; 4] = [Service::Coupon, Service::PointRedeem, Service::Prepaid, Service::PointEarn];

    /// The guide's word for it.
    pub const fn support_mode(self) -> &'static str {
        match self {
            Service::Coupon => "COUPON",
            Service::PointRedeem => "POINT_REDEEM",
            Service::Prepaid => "PREPAID",
            Service::PointEarn => "POINT_EARN",
        }
    }
}

/// Something for each of the four services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerService<T> {
    /// For [`Service::Coupon`].
    pub coupon: T,
    /// For [`Service::PointRedeem`].
    pub point_redeem: T,
    /// For [`Service::Prepaid`].
    pub prepaid: T,
    /// For [`Service::PointEarn`].
    pub point_earn: T,
}

impl<T> PerService<T> {
    /// What belongs to `service`.
    pub const fn get(&self, service: Service) -> &T {
        match service {
            Service::Coupon => &self.coupon,
            Service::PointRedeem => &self.point_redeem,
            Service::Prepaid => &self.prepaid,
            Service::PointEarn => &self.point_earn,
        }
    }

    /// What belongs to `service`, to be changed.
    pub const fn get_mut(&mut self, service: Service) -> &mut T {
        match service {
            Service::Coupon => &mut self.coupon,
            Service::PointRedeem => &mut self.point_redeem,
            Service::Prepaid => &mut self.prepaid,
            Service::PointEarn => &mut self.point_earn,
        }
    }
}
