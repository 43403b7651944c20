"""The door of the marketer who asks who really buys: the portrait of buyers, and what is learned from won deals."""
