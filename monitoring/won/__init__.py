"""What won deals tell: how long they take, how many calls, and what attracts people besides the price."""
