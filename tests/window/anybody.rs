//! Anybody can use it: whoever needs large letters, sits, sees little or reads no Korean; whoever needs time; and
//! whoever's hand is hurried, or plays.

mod hurried;
mod idle;
mod look;
mod monkey;
mod orders;
