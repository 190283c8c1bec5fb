"""Take the image of the report for the README, from the results of the demo.

python docs/report_image.py results/report/index.html      writes docs/report.jpg; needs Chromium
"""

import shutil
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from selenium import webdriver

OUTPUT = Path(__file__).with_name("report.jpg")
#: Size of the window, and width of the image of two of them, pixels.
WINDOW = (760, 1120)
WIDTH = 1200


def screenshot(page: Path) -> None:
    """Write the image: the beginning of the page, and beside it a clip card with its player."""
    options = webdriver.ChromeOptions()
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--enable-unsafe-swiftshader",
        "--hide-scrollbars",
    ):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium")
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options=options, service=service)
    try:
        size = {"width": WINDOW[0], "height": WINDOW[1], "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(f"file://{page.resolve()}")
        time.sleep(2)
        funnel = _image(browser)
        clip = browser.execute_script(
            "return state.sample.find(([id, row, why]) =>"
            " why.join() === 'random' && id.startsWith('scene'))[0]"
        )
        browser.execute_script("location.hash = `#clip=${encodeURIComponent(arguments[0])}`", clip)
        time.sleep(2)
        browser.execute_script("document.querySelector('#card .start')?.click()")
        time.sleep(2)
        card = _image(browser)
    finally:
        browser.quit()
    joined = np.concatenate([funnel, card], axis=1)
    height = round(joined.shape[0] * WIDTH / joined.shape[1])
    small = cv2.resize(joined, (WIDTH, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(OUTPUT), small, [cv2.IMWRITE_JPEG_QUALITY, 70])


def _image(browser: webdriver.Chrome) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(browser.get_screenshot_as_png(), np.uint8), cv2.IMREAD_COLOR)


if __name__ == "__main__":
    screenshot(Path(sys.argv[1]))
