namespace Reflow.Server;

static class Program
{
    static int Main() => 0;
}
